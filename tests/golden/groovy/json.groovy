import groovy.json.JsonSlurper
import groovy.json.JsonOutput
def j = new JsonSlurper().parseText('{"a": 1, "b": [true, null, "x\\u0041\\n"], "c": {"d": 1.5}}')
println(j.a + 1)
println(j.b[0])
println(j.b[2].trim())
println(j.c.d)
println(j.b.size())
println(JsonOutput.toJson([a: 1, b: ['x', null, true], c: 'q"uote']))
println(JsonOutput.toJson('é'))
println(JsonOutput.prettyPrint('{"a":1,"b":[1,2]}'))
println(new JsonSlurper().parseText('[]').isEmpty())
println(new JsonSlurper().parseText('12345678901').class.simpleName)
println(groovy.json.JsonOutput.toJson([1, 2.5]))

// expect: 2
// expect: true
// expect: xA
// expect: 1.5
// expect: 3
// expect: {"a":1,"b":["x",null,true],"c":"q\"uote"}
// expect: "\u00e9"
// expect: {
// expect:     "a": 1,
// expect:     "b": [
// expect:         1,
// expect:         2
// expect:     ]
// expect: }
// expect: true
// expect: Long
// expect: [1,2.5]
