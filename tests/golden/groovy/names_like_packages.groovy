// What looks like a class of Java may be a variable of the text.
def java = [time: [Other: 1]]
println java.time.Other
hudson = [model: [Other: 2]]
println hudson.model.Other
@groovy.transform.Field def jenkins = [model: [Other: 3]]
println jenkins.model.Other
def of(javax) { javax.swing.Other }
println of([swing: [Other: 4]])
println({ groovy -> groovy.lang.Other }([lang: [Other: 5]]))
println "${[1, 2].collect { groovy.json.JsonOutput.toJson(it) }}"
final x = 1 < 2 == 3 < 4
println "${x} ${(1 < 2) == true} ${[in: 1, as: 2]}"
def path = [in: 1, as: 2, def: 3, package: 4]
println "$path.in $path.as $path.def $path.package ${path.in}"
if (x) println 'yes'; else println 'no'
for (int i = 0; i < 1; i++);
// expect: 1
// expect: 2
// expect: 3
// expect: 4
// expect: 5
// expect: [1, 2]
// expect: true true [in:1, as:2]
// expect: 1 2 3 4 1
// expect: yes
