println 'äöü éß Ÿ ő'.toUpperCase()
println 'ÄÖÜ É Ž ŁÓDŹ'.toLowerCase()
println 'ελλάδα привет ёж'.toUpperCase()
println 'ΕΛΛΆΔΑ ПРИВЕТ ЁЖ'.toLowerCase()
println 'éa'.capitalize() + 'Éa'.uncapitalize() + '日本'.toUpperCase()
println 'hello'.takeWhile { it != 'l' } + 'hello'.dropWhile { it != 'l' }
println '   a\n     b'.stripIndent() + '|' + '   a  \n     b\n'.stripIndent() + '|' + '\n  a\n    b\n  '.stripIndent() + '|'
println "   a\n     b${1}\n".stripIndent() + '|' + '    a\n  b\n      c'.stripIndent(3) + '|'
println 'a\r\n  |b\n |c'.stripMargin().inspect()
println ' a '.strip() + '-'.repeat(3) + '  '.isBlank() + ' x'.isBlank()
println "${(char) 97}${65 as char} ${Integer.parseInt('ff', 16)} ${Long.parseLong('-101', 2)}"
println "${Character.isDigit('5' as char)} ${Character.isUpperCase('a' as char)} ${Character.toUpperCase('a' as char)}"
println "${5.next()} ${1.5.previous()} ${2.567d.trunc(1)} ${5.xor(3)} ${Double.isNaN(Double.NaN)} ${Double.POSITIVE_INFINITY}"
println([4**0.5d, 2.0d**2, 2.0d**0.5, 2d**40, 4.0**0.5]*.toString())
// expect: ÄÖÜ ÉSS Ÿ Ő
// expect: äöü é ž łódź
// expect: ΕΛΛΆΔΑ ПРИВЕТ ЁЖ
// expect: ελλάδα привет ёж
// expect: Éaéa日本
// expect: hello
// expect: a
// expect:   b|   a
// expect:      b
// expect: |
// expect: a
// expect:   b
// expect: |
// expect: a
// expect:   b1
// expect: | a
// expect:
// expect:    c|
// expect: 'a\nb\nc'
// expect: a---truefalse
// expect: aA 255 -5
// expect: true false A
// expect: 6 0.5 2.5 6 true Infinity
// expect: [2, 4, 1.4142135623730951, 1099511627776, 2]
