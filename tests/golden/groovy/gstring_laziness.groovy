def list = [1]
def text = "$list"
list << 2
println(text)  // expect: [1, 2]
def x = 1
def lazy = "${x} ${-> x}"
x = 2
println(lazy)  // expect: 1 2
println(lazy.toString())  // expect: 1 2
println("${'a'}" == 'a')  // expect: true
println('a' == "${'a'}")  // expect: true
println("${'a'}".equals('a'))  // expect: false
println(['a'].contains("${'a'}"))  // expect: false
def m = [("${'k'}"): 1]
println(m['k'])  // expect: null
def m2 = [:]
m2["${'k'}"] = 1
println(m2['k'])  // expect: 1
def r = ''
switch ("${'k'}") { case 'k': r = 'matched'; break; default: r = 'no' }
println(r)  // expect: matched
println("a${1}b".length())  // expect: 3
println("${1}" instanceof String)  // expect: false
String s = "${1}"
println(s instanceof String)  // expect: true
println("${2}".toInteger() + 1)  // expect: 3
