println "${'a\rb' ==~ /a.b/} ${'one\r\ntwo'.findAll(/(?m)^\w+$/)} ${('a\r\nb' =~ /a.*/)[0].size()}"
println "${'A' ==~ /\0101/} ${'\u0007' ==~ /\07/} ${'!1' ==~ /\0411/}"
println 'a.b'.split(/\Q.\E/) as List
println 'aB1!'.replaceAll(/\p{Punct}/, '.').replaceAll(/[\p{Upper}\d]/, '-')
// expect: false [one, two] 1
// expect: true true true
// expect: [a, b]
// expect: a--.
