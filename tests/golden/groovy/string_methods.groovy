println('  trim me \n'.trim() + '|')
println('a,b,,c,,'.split(','))
println('a,b,,c,,'.split(',').size())
println('x'.split(',').size())
println('a1b2c3'.split(/\d/))
println('a b  c'.split())
println('a,b;c,,'.tokenize(',;'))
println('a b c'.tokenize())
println('abcdef'.substring(2) + ' ' + 'abcdef'.substring(1, 3))
println('foo.bar.foo'.replace('foo', 'x'))
println('foo.bar'.replace('.', '-'))
println('a1b22'.replaceAll(/\d+/, '#'))
println('key=value'.replaceAll(/(\w+)=(\w+)/, '$2=$1'))
println('a1b2'.replaceFirst(/\d/, ''))
println('a1b2'.replaceAll(/\d/) { "<${it}>" })
println('ab12'.replaceAll(/([a-z])(\d)/) { all, l, d -> d + l })
println('Hello'.toUpperCase() + 'Hello'.toLowerCase())
println('hello'.capitalize())
println('hello'.contains('ell') && 'hello'.startsWith('he') && 'hello'.endsWith('lo'))
println('hello'.indexOf('l') + 'hello'.lastIndexOf('l') + 'hello'.indexOf('z'))
println('a-b'.padLeft(5) + '|' + 'a'.padRight(3, '*') + '|' + 'a'.center(5))
println('abc'.reverse())
println('true'.toBoolean().toString() + 'Y'.toBoolean() + '1'.toBoolean() + 'no'.toBoolean())
println('12'.isInteger().toString() + 'x'.isInteger() + '1.5'.isNumber() + '1.5'.isInteger())
println('abc'.toList())
println('a\nb\nc'.readLines().size())
println '''|margin
           |two'''.stripMargin()
println('  a\n    b'.stripIndent())
println('hello'.take(2) + 'hello'.drop(3))
println('abc'.any { it == 'b' })
println('abc'.collect { it.toUpperCase() }.join('-'))
println('banana'.count('a'))
println('A'.equalsIgnoreCase('a'))
println('abc'.matches('[a-c]+'))
println('v1.2.3'.find(/\d+/))
println('a1 b2'.findAll(/[a-z]\d/))
println('abc'.charAt(1))
println(String.format('%s-%d-%05.2f-%5s|%-5s|%x', 'a', 42, 3.14159, 'r', 'l', 255))
println(String.join(',', ['a', 'b']))
println('abc'.getClass().name)
println('a.b.c'.split('\\.')[1])
println('a|b'.split(/\|/).join('+'))
println('AbC'.uncapitalize())
println('a:b:c'.split(':', 2))
println('x'.concat('y'))
println('é'.length())

// expect: trim me|
// expect: [a, b, , c]
// expect: 4
// expect: 1
// expect: [a, b, c]
// expect: [a, b, c]
// expect: [a, b, c]
// expect: [a, b, c]
// expect: cdef bc
// expect: x.bar.x
// expect: foo-bar
// expect: a#b#
// expect: value=key
// expect: ab2
// expect: a<1>b<2>
// expect: a1b2
// expect: HELLOhello
// expect: Hello
// expect: true
// expect: 4
// expect:   a-b|a**|  a  
// expect: cba
// expect: truetruetruefalse
// expect: truefalsetruefalse
// expect: [a, b, c]
// expect: 3
// expect: margin
// expect: two
// expect: a
// expect:   b
// expect: helo
// expect: true
// expect: A-B-C
// expect: 3
// expect: true
// expect: true
// expect: 1
// expect: [a1, b2]
// expect: b
// expect: a-42-03.14-    r|l    |ff
// expect: a,b
// expect: java.lang.String
// expect: b
// expect: a+b
// expect: abC
// expect: [a, b:c]
// expect: xy
// expect: 1
