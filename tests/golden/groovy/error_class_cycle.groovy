class A extends B {}  // expect error: cyclic inheritance involving A
class B extends A {}
