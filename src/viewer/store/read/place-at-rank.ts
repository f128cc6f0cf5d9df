/** Puts the number of a rank where it were if all were in order, smaller ones before it: quicker than to order all. */
export function placeAtRank(numbers: Float64Array, size: number, rank: number): number {
  let [low, high] = [0, size - 1];
  while (low < high) {
    const pivot = numbers[(low + high) >>> 1] as number;
    let [left, right] = [low, high];
    while (left <= right) {
      while ((numbers[left] as number) < pivot) left++;
      while ((numbers[right] as number) > pivot) right--;
      if (left > right) break;
      const held = numbers[left] as number;
      numbers[left++] = numbers[right] as number;
      numbers[right--] = held;
    }
    if (rank <= right) high = right;
    else if (rank >= left) low = left;
    else break;
  }
  return numbers[rank] as number;
}
