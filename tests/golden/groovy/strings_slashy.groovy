println(/a\d+\.b/)
println(/path\/to/)
println(/dollar$/)
def v = 'val'
println(/x${v}y$v/)
println($/a\b "c" 'd' $v $$ $/ end/$)
println($/dollar $$name/$)
println(/a\
b/)
println([/x/, /y/].size())

// expect: a\d+\.b
// expect: path/to
// expect: dollar$
// expect: xvalyval
// expect: a\b "c" 'd' val $ / end
// expect: dollar $name
// expect: ab
// expect: 2
