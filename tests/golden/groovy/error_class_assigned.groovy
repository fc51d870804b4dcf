def Map = [a: 1]
Map = [b: 2]
List = [1]  // expect error: you tried to assign a value to the class java.util.List
