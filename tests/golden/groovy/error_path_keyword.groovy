def x = [:]
println "$x.a.class"  // expect error: expecting an identifier, found 'class'
