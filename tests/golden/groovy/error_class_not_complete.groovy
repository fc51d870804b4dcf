interface Shape { double area(); double border() }
class Square implements Shape { double area() { 1 } }  // expect error: the class `Square` must be abstract or have the method `border`
