class Cache extends HashMap {}  // expect error: extending HashMap is not supported
println(new Cache())
