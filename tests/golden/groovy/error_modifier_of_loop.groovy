for (private x in [1]) { }  // expect error: only the modifier `final` is allowed for the variable of a loop
