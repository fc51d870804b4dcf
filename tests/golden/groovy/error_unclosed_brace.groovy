def f() {  // expect error: `{` is never closed
  println('x')
