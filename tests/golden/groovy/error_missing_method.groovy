foo(1, 'a')  // expect error: groovy.lang.MissingMethodException: No signature of method: WorkflowScript.foo() is applicable for argument types: (java.lang.Integer, java.lang.String) values: [1, a]
