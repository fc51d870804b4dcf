println [1, 2]  // expect error: groovy.lang.MissingPropertyException: No such property: println for class: WorkflowScript
