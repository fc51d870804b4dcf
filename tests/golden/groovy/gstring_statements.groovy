def big = 4
println "${if (big > 3) 'big' else 'small'}"  // expect: big
println "${def twice = big * 2; twice}"  // expect: 8
println "[${}]"  // expect: [null]
println "${try { 'tried' } catch (e) { 'caught' }}"  // expect: tried
// The shell's ${NAME:-5} is a label and a number to Groovy.
println "${HOME:-5}"  // expect: -5
def pick = { "${it ? 'y' : 'n'}" }
println pick(1) + pick(0)  // expect: yn
