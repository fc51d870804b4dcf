class A {
  A(x) {}
  A() { println('first'); this(1) }  // expect error: a call of a constructor must be the first statement in a constructor
}
