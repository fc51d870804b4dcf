class A {}
class A {}  // expect error: the class `A` is declared twice
