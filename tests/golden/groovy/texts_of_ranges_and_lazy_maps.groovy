// What Groovy prints, and what Java's toString() says.
println(1..3)
println "${1..3} ${'' + (1..3)} ${(1..3) as String}"
println "${(1..3).toString()} ${(1..<4).toString()} ${(3..1).toString()} ${(0..<0).toString()} ${[1..3]} ${[r: 1..<4, (1..2): 3]} ${[1..3].toString()} ${(4..<1).toString()}"
String s = 1..3
println s + ' ' + String.valueOf(2..4) + ' ' + (1..3).inspect() + ' ' + [1, 2].indices.toString() + ' ' + (1..3).toList().toString()
println "${(3..1).from} ${(3..1).to} ${(1..<4).to} ${(1..3).reverse} ${(3..1).isReverse()} ${(1..3).getFrom()} ${(1..3).containsWithinBounds(2)} ${(1..3).containsWithinBounds(4)}"
def e = new groovy.json.JsonSlurper().parseText('{"a":{"b":1},"c":null,"d":[1,"q"]}')
println "${e.toString()} ${e.a.toString()} ${String.valueOf(e.a)}"
println "${e} ${'' + e.a} ${[e.a].toString()} ${e.a as String} ${(e.a + [c: 1]).toString()} ${e.a.inspect()}"
println new groovy.json.JsonSlurper().parseText('{}').toString() + new groovy.json.JsonSlurperClassic().parseText('{"a":1}').toString()
// expect: [1, 2, 3]
// expect: [1, 2, 3] [1, 2, 3] [1, 2, 3]
// expect: 1..3 1..<4 3..1 0..<0 [1..3] [r:1..<4, 1..2:3] [1..3] 4..<1
// expect: 1..3 2..4 1..3 0..<2 [1, 2, 3]
// expect: 1 3 3 false true 1 true false
// expect: {a={b=1}, c=null, d=[1, q]} {b=1} {b=1}
// expect: [a:[b:1], c:null, d:[1, q]] [b:1] [[b:1]] [b:1] [b:1, c:1] ['b':1]
// expect: {}[a:1]
def letters = 'c'..'a'
println "${letters} ${letters.toString()} ${('a'..<'c').toString()} ${('a'..<'a').toString()} ${[letters]} ${[x: letters]} ${letters as String} ${letters.each { }.toString()} ${letters.toList().toString()}"
println "${letters.from} ${letters.to} ${letters.reverse} ${('a'..<'c').to} ${letters instanceof Range} ${letters.step(2)} ${letters.containsWithinBounds('b')} ${letters == ['c', 'b', 'a']} ${letters + 'z'} ${[*letters]}"
for (change in [{ letters << 'z' }, { letters[0] = 'z' }, { letters.sort() }, { letters.unique() }, { [2, 1].asImmutable().sort() }, { [2, 1].asImmutable()[0] = 3 }])
  try { change(); println 'changed' } catch (UnsupportedOperationException x) { println letters.size() }
// expect: [c, b, a] c..a a..b a..<a [c..a] [x:c..a] [c, b, a] c..a [c, b, a]
// expect: a c true b true [c, a] true true [c, b, a, z] [c, b, a]
// expect: 3
// expect: 3
// expect: 3
// expect: 3
// expect: 3
// expect: 3
// Maps are {a=1} wherever Java itself asks for their text.
println String.format('%s %s %5s|%S', [a: 1, b: [c: 2]], [1, [x: 'y']], [:], [a: 'b'])  // expect: {a=1, b={c=2}} [1, {x=y}]    {}|{A=B}
println String.valueOf([a: [1, 2..3, null, "${'g'}"]]) + String.valueOf([[a: 1]] as Set)  // expect: {a=[1, 2..3, null, g]}[{a=1}]
println(new StringBuilder('x').append([a: 1]) << [[b: 1]])  // expect: x{a=1}[{b=1}]
println('x' << [a: 1])  // expect: x{a=1}
String assigned = [a: [b: 1]]
println "$assigned ${[a: [b: 1]]} ${[a: [b: 1]].toString()} ${[a: [b: 1]] as String} ${'' + [[a: 1]]}"  // expect: {a={b=1}} [a:[b:1]] [a:[b:1]] [a:[b:1]] [[a:1]]
def entry = [a: [b: 1]].entrySet().toList()[0]
println "$entry ${entry.toString()} ${[entry]}"  // expect: a={b=1} a={b=1} [a={b=1}]
def own = [:]
own.me = own
def list = [1]
list << list
println String.valueOf(own) + String.valueOf(list)  // expect: {me=(this Map)}[1, (this Collection)]
class Printed { String toString() { 'P!' } }
println String.format('%s %s', [k: new Printed()], [new Printed()])  // expect: {k=P!} [P!]
