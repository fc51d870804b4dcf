class A {
  int x
  String x  // expect error: the field `x` is declared twice
}
