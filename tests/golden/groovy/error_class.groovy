class Point { trait Inner { } }  // expect error: classes in classes are not supported
println(1)
