class Point { int x }  // expect error: classes are not supported
println(1)
