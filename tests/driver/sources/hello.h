#define GREETING "hello"
int twice(int x);
