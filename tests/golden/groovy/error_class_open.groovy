class A {  // expect error: `{` is never closed
  def foo() { 1 }
