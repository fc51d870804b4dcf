def tool = { it }
println tool(1)
println((tool)(1))  // expect error: unable to resolve class tool
