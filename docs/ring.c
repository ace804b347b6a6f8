/*
 * What a hand-off can cost at least: a ring of one producer and one consumer, an item at a time, both spinning on CPUs
 * of their own. `multifd-bench limits` compiles it and measures it beside a design; by hand:
 *
 *   cc -std=c11 -O2 -pthread ring.c -o ring && ./ring 0 1 64 20000000
 *   (the producer's CPU, the consumer's, places in the ring: a power of two, items)
 *
 * It prints items a second, from the producer's first publication to the consumer's last item, after a quarter as many
 * that warm both up. Each side keeps the other's index as it last saw it (Lamport's ring with cached indices, as in
 * Rigtorp's SPSCQueue), so a cache line crosses only when the ring looks full or empty.
 */
#define _GNU_SOURCE
#include <pthread.h>
#include <sched.h>
#include <stdalign.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

/* Two lines a side: the adjacent-line prefetcher fetches pairs. */
static alignas(128) _Atomic uint64_t put;
static alignas(128) _Atomic uint64_t taken;
static alignas(128) uint64_t places[1 << 16];
static alignas(128) uint64_t mask, warm, items;
static alignas(128) uint64_t started;

static uint64_t now(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return (uint64_t)t.tv_sec * 1000000000u + (uint64_t)t.tv_nsec;
}

static void *produce(void *unused) {
  const uint64_t last = mask, first_timed = warm, end = items;
  uint64_t seen_taken = 0;
  for (uint64_t at = 0; at < end; at++) {
    while (at - seen_taken > last) /* Sees that a place is free. Pairs with the store in main(). */
      seen_taken = atomic_load_explicit(&taken, memory_order_acquire);
    if (at == first_timed) started = now();
    places[at & last] = at;
    /* Publishes the item. Pairs with the load in main(). */
    atomic_store_explicit(&put, at + 1, memory_order_release);
  }
  return unused;
}

static cpu_set_t only(int cpu) {
  cpu_set_t set;
  CPU_ZERO(&set);
  CPU_SET(cpu, &set);
  return set;
}

int main(int count, char **words) {
  if (count != 5) return fprintf(stderr, "usage: ring PRODUCER_CPU CONSUMER_CPU PLACES ITEMS\n"), 2;
  uint64_t capacity = strtoull(words[3], NULL, 10), timed = strtoull(words[4], NULL, 10);
  if (capacity < 1 || capacity > 1 << 16 || (capacity & (capacity - 1)) != 0 || timed < 1)
    return fprintf(stderr, "ring: PLACES is a power of two up to 65536, ITEMS at least 1\n"), 2;
  mask = capacity - 1, warm = timed / 4, items = warm + timed;
  const cpu_set_t mine = only(atoi(words[2])), other = only(atoi(words[1]));
  if (pthread_setaffinity_np(pthread_self(), sizeof mine, &mine) != 0)
    return fprintf(stderr, "ring: no CPU %s\n", words[2]), 1;
  pthread_t producer;
  pthread_attr_t where;
  pthread_attr_init(&where);
  pthread_attr_setaffinity_np(&where, sizeof other, &other);
  if (pthread_create(&producer, &where, produce, NULL) != 0)
    return fprintf(stderr, "ring: no thread on CPU %s\n", words[1]), 1;
  const uint64_t last = mask, end = items;
  uint64_t seen_put = 0, sum = 0;
  for (uint64_t at = 0; at < end; at++) {
    while (at == seen_put) /* Sees the item. Pairs with the store in produce(). */
      seen_put = atomic_load_explicit(&put, memory_order_acquire);
    sum += places[at & last];
    /* Publishes that the place is free. Pairs with the load in produce(). */
    atomic_store_explicit(&taken, at + 1, memory_order_release);
  }
  uint64_t ended = now();
  pthread_join(producer, NULL);
  if (sum != items * (items - 1) / 2) return fprintf(stderr, "ring: items were lost\n"), 1;
  printf("%.0f items a second, checksum %llu\n", (double)timed * 1e9 / (double)(ended - started),
         (unsigned long long)sum);
  return 0;
}
