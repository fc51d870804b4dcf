// Java's hashCode(): of texts over UTF-16, of collections over their members.
println([1, 2].hashCode())  // expect: 994
println 'abc'.hashCode()  // expect: 96354
println 'é😀'.hashCode()  // expect: 1996812
println([a: 1].hashCode())  // expect: 96
println([:].hashCode())  // expect: 0
println([1, 'a', null, 2.5, true].hashCode())  // expect: 32467686
println(([1, 2] as Set).hashCode())  // expect: 3
println([[a: [1]], ['b']].hashCode())  // expect: 3105
println "${1}a".hashCode()  // expect: 1653
println([2.5, 2.50, -2.5, 1e3].collect { it.hashCode() })  // expect: [776, 7752, -774, 28]
println([123456789012345678901234567890G, -5G].collect { it.hashCode() })  // expect: [1915528825, -5]
class Named { int hashCode() { 7 } }
println([new Named()].hashCode())  // expect: 38
