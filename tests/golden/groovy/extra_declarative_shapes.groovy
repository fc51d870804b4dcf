// Shapes that Jenkinsfiles use, with stand-ins for the steps.
def env = [:]
def params = [TASK: 'default,tenant2', FLAG: true]
def sh(Map m) { m.returnStdout ? "out of ${m.script}\n" : (m.returnStatus ? 0 : null) }
def readProperties(Map m) { [interpolate: m.interpolate, file: m.file] }
def withEnv(List l, Closure c) { c() }
def contextProperties = readProperties interpolate: true, file: "${env.properties_file}";
contextProperties.each{ k, v -> env["${k}"] ="${v}" }
println(env)  // expect: [interpolate:true, file:null]
println("${params["TASK"]}")  // expect: default,tenant2
println(sh(script: 'ls', returnStdout: true).trim())  // expect: out of ls
if (sh(script: 'x', returnStatus: true) == 0) { println('ok') }  // expect: ok
def branches = [:]
for (t in params.TASK.split(',')) {
    def name = t
    branches["run ${name}"] = { "ran ${name}" }
}
println(branches.collect { k, v -> v() })  // expect: [ran default, ran tenant2]
println(withEnv(['A=b', "C=${1}"]) { 'body value' })  // expect: body value
println(params.FLAG ? 'flag' : 'no flag')  // expect: flag
def result = params.TASK?.trim() ?: 'none'
println(result)  // expect: default,tenant2
env.X = params.MISSING ?: 'fallback'
println(env.X)  // expect: fallback
println(params.collect { /$it.key=$it.value/ })  // expect: [TASK=default,tenant2, FLAG=true]
def map = [a: 1, b: [c: 2]]
println("${map.b.c} ${map['a']}")  // expect: 2 1
def version = 'v1.2.3'
println(version.replaceAll(/^v/, '').tokenize('.').collect { it.toInteger() }.sum())  // expect: 6
def matcher = version =~ /v(\d+)/
if (matcher) { println(matcher[0][1]) }  // expect: 1
println([1, 2, 3].collect { n -> [(n): "n$n"] }.sum())  // expect: [1:n1, 2:n2, 3:n3]
def text = """\
    first ${result}
    second
""".stripIndent()
println(text.readLines().size())  // expect: 2
println(env.containsKey('X') && !env.containsKey('Y'))  // expect: true
