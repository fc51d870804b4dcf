class A {
  final x
  A(v) { x = v; this.x = v }
  def set() { x = 5 }  // expect error: cannot modify the final field `x` outside of a constructor
}
