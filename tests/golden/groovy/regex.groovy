def m = 'v1.2.3' =~ /v(\d+)\.(\d+)/
println(m[0])  // expect: [v1.2, 1, 2]
println(m[0][1])  // expect: 1
println(m.group(2))  // expect: 2
println(m.find())  // expect: false
println('abc' ==~ /a.c/)  // expect: true
println('abcd' ==~ /a.c/)  // expect: false
println(('key=val' =~ /(\w+)=(\w+)/)[0][2])  // expect: val
println(('a1b2' =~ /\d/).collect { it })  // expect: [1, 2]
println(('a1b2' =~ /\d/).size())  // expect: 2
println(('x' =~ /y/) ? 'match' : 'none')  // expect: none
def p = ~/\d+/
println(p.matcher('12').matches())  // expect: true
println(('2021-01-02' =~ /(\d{4})-(\d\d)/).with { it[0][1] })  // expect: 2021
println('A1'.matches(/[A-Z]\d/))  // expect: true
println('aXbX'.replaceAll('X', '\\$'))  // expect: a$b$
println('a.b'.replaceAll('\\.', '/'))  // expect: a/b
println('foo bar'.replaceAll(/(?i)FOO/, 'x'))  // expect: x bar
println('aaa'.replaceAll(/a*?/, '-').size() > 0)  // expect: true
println(('ab' =~ /(?<first>a)(b)/).with { it.find(); it.group('first') })  // expect: a
println('x-y_z'.split(/[-_]/))  // expect: [x, y, z]
println('release/1.0' ==~ /release\/.*/)  // expect: true
println('a\\b'.replaceAll('\\\\', '/'))  // expect: a/b
println('abc'.find(/b(.)/) { all, g -> g })  // expect: c
println("line1\nline2".findAll(/(?m)^line\d$/))  // expect: [line1, line2]
println('tel: 555-1234'.replaceAll(/\D/, ''))  // expect: 5551234
println(('abc' =~ /z/).size())  // expect: 0
println('word1 word2'.replaceAll(/\bword(\d)\b/, 'w$1'))  // expect: w1 w2
println('café' ==~ /caf./)  // expect: true
println('Ab'.replaceAll(/\p{Upper}/, 'x'))  // expect: xb
