@NonCPS void foo() { return 5 }  // expect error: a method that returns void cannot return a value
