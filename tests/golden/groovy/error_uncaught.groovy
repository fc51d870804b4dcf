def f() {
  throw new IllegalStateException('broken')  // expect error: java.lang.IllegalStateException: broken
}
f()
