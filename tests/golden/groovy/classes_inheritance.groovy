// Abstract classes, interfaces, overloads and what is inherited.
interface Shape { double area(); String NAME = 'shape' }
abstract class Named implements Shape {
  abstract String title()
  String toString() { "${title()} ${area()}" }
  def twice() { area() * 2 }
}
class Square extends Named {
  double side
  String title() { 'square' }
  double area() { side * side }
}
class Circle extends Named {
  double r = 1.0
  String title() { "circle of $r" }
  double area() { 3.0 * r * r }
  def twice() { 'no: ' + super.twice() }
}
List<Shape> shapes = [new Square(side: 2), new Circle()]
shapes.each { println it }
// expect: square 4.0
// expect: circle of 1.0 3.0
println shapes*.twice()            // expect: [8.0, no: 6.0]
println shapes.every { it instanceof Shape }           // expect: true
println Shape.NAME                 // expect: shape
println new Square(side: 1) instanceof Named           // expect: true

class Animal { def speak(String to) { "animal to $to" }; def speak(int n) { "animal $n" }; def self() { this } }
class Dog extends Animal { def speak(String to) { "dog, " + super.speak(to) }; def speak(List l) { "dog list ${l.size()}" } }
println new Dog().speak('me')      // expect: dog, animal to me
println new Dog().speak(3)         // expect: animal 3
println new Dog().speak([1])       // expect: dog list 1
println new Dog().self().class.simpleName              // expect: Dog
println new Animal().speak('x')    // expect: animal to x

def kind(Animal a) { 'an animal' }
def kind(Dog d) { 'a dog' }
def kind(Object o) { 'an object' }
println kind(new Animal())         // expect: an animal
println kind(new Dog())            // expect: a dog
println kind('x')                  // expect: an object

class Registry {
  static Map<String, Integer> all = [:]
  static int next = 1
  static void add(String name) { all[name] = next; next += 10 }
  static Closure maker = { n -> "made $n" }
  static def make(n) { maker(n) }
  static count() { all.size() }
}
Registry.add('a')
Registry.add('b')
println Registry.all               // expect: [a:1, b:11]
println Registry.next              // expect: 21
Registry.next = 5
println Registry.next              // expect: 5
println Registry.make(2)           // expect: made 2
println Registry.count()           // expect: 2
println new Registry().next        // expect: 5

class Handler { Closure action; def fire(v) { action(v) }; def other = { a, b -> a + b } }
println new Handler(action: { it * 2 }).fire(4)        // expect: 8
println new Handler().other(1, 2)  // expect: 3

switch (new Dog()) {
  case String: println 'text'; break
  case Animal: println 'animal'; break                 // expect: animal
}
class Box<T> {
  T content
  Box(T content) { this.content = content }
  T get() { content }
  static <K, V extends Number> Map<K, V> pair(K key, V value) { [(key): value] }
}
println new Box<String>('in').get()                    // expect: in
println Box.pair('a', 1)           // expect: [a:1]
static <E> E firstOf(List<E> all) { all[0] }
println firstOf([7, 8])            // expect: 7
println Dog.superclass.simpleName  // expect: Animal
