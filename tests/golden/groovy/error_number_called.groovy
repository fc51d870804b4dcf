24 hours  // expect error: groovy.lang.MissingPropertyException: No such property: hours for class: WorkflowScript
