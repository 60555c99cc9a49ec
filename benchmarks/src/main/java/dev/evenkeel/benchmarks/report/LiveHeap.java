package dev.evenkeel.benchmarks.report;

/**
 * Heap that is still live after a collection. Rows that wait in the driver are bytes outside the heap, so a stream shows here
 * only if somebody piles up decoded ones.
 *
 * @param beforeBytes when nothing runs: the program, with all its peers
 * @param peakBytes the most that was seen while rows came
 */
public record LiveHeap(long beforeBytes, long peakBytes) {}
