println([a: 1, b: 2, c: 3].subMap(['a', 'z']))
println([a: 1].subMap(['a', 'z'], 0))
println([a: 1, b: 2, c: 3].subMap('a', 'c'))
println([a: 1, b: 2].takeWhile { it.value < 2 })
println([a: 1, b: 2].dropWhile { it.value < 2 })
def map = [a: 1, b: 2]
map.replaceAll { k, v -> "$k$v" }
println map
map = [a: 1]
map.self = map
println map
println map.inspect()
def list = [1]
list << list
println list
println "$list ${list.inspect()}"
def key = 'x'
map = ["${key}": 1]
println "${map['x']} ${map["${key}"]}"
map["${key}"] = 2
println "${map['x']} ${map["${key}"]} ${map.size()}"
println(["${key}", 'a\tb', [n: "v${1}"]].inspect())
println "${'a' == 97} ${'5' == 5} ${['a'] == [97]}"
// expect: [a:1]
// expect: [:]
// expect: [a:1, c:3]
// expect: [a:1]
// expect: [b:2]
// expect: [a:a1, b:b2]
// expect: [a:1, self:(this Map)]
// expect: ['a':1, 'self':(this Map)]
// expect: [1, (this Collection)]
// expect: [1, (this Collection)] [1, (this Collection)]
// expect: null null
// expect: 2 2 2
// expect: [x, 'a\tb', ['n':v1]]
// expect: true false true
// `in`, a case and grep() ask a map for the truth of what it has for the key.
def flags = [zero: 0, empty: '', nothing: null, one: 1, no: false, (null): 'yes', 5: 'five']
println(['zero', 'empty', 'nothing', 'one', 'no', null, 5, 'none'].findAll { it in flags })  // expect: [one, null, 5]
println(['zero', 'one', 'none'].grep(flags))  // expect: [one]
def chosen(key, map) { switch (key) { case map: return 'yes' }; 'no' }
println([chosen('zero', flags), chosen('one', flags), chosen('none', flags)])  // expect: [no, yes, no]
println([flags.isCase('zero'), flags.isCase('one'), flags.containsKey('zero')])  // expect: [false, true, true]
def lazy = [:].withDefault { it == 'x' }
println(['x' in lazy, 'y' in lazy, lazy])  // expect: [true, false, [x:true, y:false]]
