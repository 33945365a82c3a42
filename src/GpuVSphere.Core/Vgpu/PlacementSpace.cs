using System;
using System.Collections.Generic;
using System.Linq;

namespace GpuVSphere.Vgpu;

/// <summary>
/// A row of places (GB of a frame buffer, or memory slices) in which vGPUs of certain kinds may stand at certain starts only. Says how many more of one
/// kind have a place, where it is known what stands there and not always where. Pure.
/// </summary>
internal static class PlacementSpace
{
    // Far more than any GPU's row needs with up to four sizes on it; with more the bounds are left wide, and that is said.
    private const int MostStates = 400_000;

    /// <summary>One kind of vGPU: how long it is, and where it may start. Starts are apart by at least the size.</summary>
    internal sealed record Kind(int Size, IReadOnlyList<int> Starts);

    /// <summary>Counts the free starts of a kind, over all ways in which the rest may stand.</summary>
    /// <param name="wanted">The kind of which more are wanted.</param>
    /// <param name="placed">What stands at a known start.</param>
    /// <param name="unplaced">What stands somewhere.</param>
    /// <returns>The least and the most; null when there is no way at all, or too many to look at.</returns>
    internal static (int Least, int Most)? FreeStarts(Kind wanted, IReadOnlyList<(int Start, int Size)> placed, IReadOnlyList<Kind> unplaced)
    {
        int[] open = [.. Open(wanted, placed).OrderBy(start => start)];
        Kind[] kinds = [.. unplaced
            .GroupBy(kind => (kind.Size, string.Join(" ", kind.Starts)))
            .Select(same => same.First())
            .Select(kind => new Kind(kind.Size, Open(kind, placed)))];
        int[] counts = [.. unplaced.GroupBy(kind => (kind.Size, string.Join(" ", kind.Starts))).Select(same => same.Count())];
        if (kinds.Length == 0)
        {
            return (open.Length, open.Length);
        }

        var walk = new Walk(wanted.Size, open, kinds);
        return walk.HitBounds(counts) is { } hit ? (open.Length - hit.Most, open.Length - hit.Least) : null;
    }

    /// <summary>The starts of a kind at which it meets nothing of what is placed.</summary>
    internal static IReadOnlyList<int> Open(Kind kind, IReadOnlyList<(int Start, int Size)> placed) =>
        [.. kind.Starts.Where(start => placed.All(one => start + kind.Size <= one.Start || one.Start + one.Size <= start))];

    /// <summary>The places of a row on which nothing stands.</summary>
    internal static IReadOnlyList<PlaceRange> Free(int length, IReadOnlyList<(int Start, int Size)> placed)
    {
        List<PlaceRange> free = [];
        int next = 0;
        foreach ((int start, int size) in placed.OrderBy(one => one.Start))
        {
            if (start > next)
            {
                free.Add(new PlaceRange(next, start - 1));
            }

            next = Math.Max(next, start + size);
        }

        if (next < length)
        {
            free.Add(new PlaceRange(next, length - 1));
        }

        return free;
    }

    /// <summary>Walks from left to right over every way to stand, and counts how many of the wanted starts are taken by it.</summary>
    private sealed class Walk(int size, int[] wanted, Kind[] kinds)
    {
        private readonly Dictionary<(int Position, bool IsHit, string Counts), (int Least, int Most)?> _known = [];
        private readonly int _end = kinds.SelectMany(kind => kind.Starts).DefaultIfEmpty(-1).Max() + 1;
        private bool _isTooMuch;

        public (int Least, int Most)? HitBounds(int[] counts)
        {
            (int Least, int Most)? bounds = From(0, false, counts);
            return _isTooMuch ? null : bounds;
        }

        // isHit: whether the wanted interval that reaches over the position from its left is taken already.
        private (int Least, int Most)? From(int position, bool isHit, int[] counts)
        {
            if (counts.All(count => count == 0))
            {
                return (0, 0);
            }

            if (position >= _end || _isTooMuch)
            {
                return null;
            }

            var key = (position, isHit, string.Join(" ", counts));
            if (_known.TryGetValue(key, out (int Least, int Most)? known))
            {
                return known;
            }

            if (_known.Count >= MostStates)
            {
                _isTooMuch = true;
                return null;
            }

            // Nothing starts here: a wanted interval that ends at the next position is past.
            (int Least, int Most)? best = From(position + 1, isHit && Covers(position + 1), counts);
            for (int index = 0; index < kinds.Length; index++)
            {
                if (counts[index] == 0 || !kinds[index].Starts.Contains(position))
                {
                    continue;
                }

                int end = position + kinds[index].Size;
                int newlyHit = wanted.Count(start => start < end && start + size > position) - (isHit && Covers(position) ? 1 : 0);
                int[] rest = [.. counts];
                rest[index]--;
                if (From(end, Covers(end), rest) is { } after)
                {
                    best = best is { } other
                        ? (Math.Min(other.Least, after.Least + newlyHit), Math.Max(other.Most, after.Most + newlyHit))
                        : (after.Least + newlyHit, after.Most + newlyHit);
                }
            }

            _known[key] = best;
            return best;
        }

        // Whether a wanted interval began before the position and reaches over it.
        private bool Covers(int position) => wanted.Any(start => start < position && start + size > position);
    }
}
