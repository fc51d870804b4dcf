def f() throws Nowhere, IOException { }  // expect error: unable to resolve class Nowhere
