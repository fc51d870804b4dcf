def f() {
  return /a/  // expect error: unexpected `/`, expected a value
}
