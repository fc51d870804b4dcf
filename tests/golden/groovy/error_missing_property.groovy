def count = 1
println(count)    // expect: 1
println(missing)  // expect error: groovy.lang.MissingPropertyException: No such property: missing for class: WorkflowScript
