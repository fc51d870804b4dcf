// A text with values is no String: as a key only where Groovy makes it one.
def k = 'k'
println([[k: 1].get("${k}"), [k: 1]["${k}"], [k: 1]."${k}", [k: 1].containsKey("${k}"), [k: 1].getAt("${k}")])  // expect: [null, 1, 1, false, 1]
println([[k: 1].get("${k}", 7), [k: 1].withDefault { 9 }.get("${k}"), [k: 1].withDefault { 9 }["${k}"]])  // expect: [7, 9, 1]
def put = [:]
put.put("${k}", 1)
put["${k}"] = 2
put."${k}" += 1
println put.collect { key, value -> "$value ${key.class.simpleName}" }  // expect: [1 GStringImpl, 3 String]
// With a text after it, it stays one; a String before it, or something else after it, makes a String.
println([("${k}" + '-1'): 5]['k-1'])                    // expect: null
println([(("${k}" + '-1').toString()): 5]['k-1'])         // expect: 5
println([("${k}" + "${k}"): 5]['kk'])                   // expect: null
println([(k + "-${1}"): 5]['k-1'])                      // expect: 5
println([("${k}" + 1): 5]['k1'])                        // expect: 5
println(["${k}" + 'a', "${k}" + "${k}", 'a' + "${k}", "${k}" + 1, "${k}" + null, "${k}" + 'a' + 'b', "${k}" * 2, "${k}" - 'k'].collect { it.class.simpleName })  // expect: [GStringImpl, GStringImpl, String, String, String, GStringImpl, String, String]
def s = "${k}"
s += 'a'
println "$s ${s.class.simpleName} ${s.size()} ${s.toUpperCase()} ${s == 'ka'}"  // expect: ka GStringImpl 2 KA true
def n = 1
def lazy = "${-> n}" + '!'
n = 2
println lazy                                            // expect: 2!
println(("a${k}b" + "${n}c").strings.toList() + ("a${k}b" + "${n}c").values.toList())  // expect: [a, b, c, k, 2]
println("${k}" in [k: 1])                               // expect: false
println("${k}" in ['k'])                                // expect: false
switch ("${k}") {
  case 'k': println 'case'; break                       // expect: case
  default: println 'default'
}
