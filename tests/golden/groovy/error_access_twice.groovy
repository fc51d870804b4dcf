class Tool { private public x }  // expect error: cannot specify modifier: public when access scope has already been defined
