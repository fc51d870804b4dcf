// JsonSlurper sorts the keys, whatever the text has; what is put into its maps too.
import groovy.json.*
def text = '{"b": 1, "a": {"z": 1, "y": [{"d": 1, "c": 2}]}, "B": 3, "10": 4, "9": 5, "é": 1, "_": 2, "b": 7}'
def map = new JsonSlurper().parseText(text)
println map                        // expect: [10:4, 9:5, B:3, _:2, a:[y:[[c:2, d:1]], z:1], b:7, é:1]
map.aa = 1
map.put('A', 2)
map << [c: 3]
map.b = 8
println map.keySet()               // expect: [10, 9, A, B, _, a, aa, b, c, é]
map.remove('9')
println map.collect { k, v -> k } == map.keySet().toList()  // expect: true
println JsonOutput.toJson(map)     // expect: {"10":4,"A":2,"B":3,"_":2,"a":{"y":[{"c":2,"d":1}],"z":1},"aa":1,"b":8,"c":3,"\u00e9":1}
println((map + [a0: 1]).keySet())  // expect: [10, A, B, _, a, aa, b, c, é, a0]
def many = new JsonSlurper().parseText(JsonOutput.toJson((1..40).collectEntries { [(it.toString()): it] }))
many.'15x' = 0
println many.keySet().join(',')    // expect: 1,10,11,12,13,14,15,15x,16,17,18,19,2,20,21,22,23,24,25,26,27,28,29,3,30,31,32,33,34,35,36,37,38,39,4,40,5,6,7,8,9
println([many['40'], many['15x'], many['7'], many.size()])  // expect: [40, 0, 7, 41]
