def f(final x) {
  [1].each { x = it }  // expect error: cannot assign a value to the final variable `x`
}
