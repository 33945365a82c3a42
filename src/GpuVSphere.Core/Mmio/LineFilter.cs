using System;
using System.Collections.Generic;
using System.Linq;

namespace GpuVSphere.Mmio;

/// <summary>
/// Tells whether a line of a log has one of several texts. Called for every line of a log of any size, so it looks only at every few bytes, as Horspool's
/// search does: the byte at the end of a window tells how far the next text can be at the nearest. The texts are ASCII; case counts.
/// </summary>
internal sealed class LineFilter
{
    private readonly string[] _texts;
    private readonly int _shortest;
    private readonly int[] _steps;
    private readonly bool[] _ends = new bool[256];

    public LineFilter(IEnumerable<string> texts)
    {
        _texts = [.. texts];
        _shortest = _texts.Min(text => text.Length);
        _steps = [.. Enumerable.Repeat(_shortest, 256)];
        foreach (string text in _texts)
        {
            for (int at = 0; at < _shortest - 1; at++)
            {
                _steps[text[at]] = Math.Min(_steps[text[at]], _shortest - 1 - at);
            }

            _ends[text[_shortest - 1]] = true;
        }
    }

    /// <summary>Whether a line, given as bytes, can matter at all.</summary>
    public bool CanMatter(byte[] buffer, int start, int end)
    {
        int index = start + _shortest - 1;
        while (index < end)
        {
            byte last = buffer[index];
            if (_ends[last] && AnyStandsAt(buffer, index - (_shortest - 1), end))
            {
                return true;
            }

            index += _steps[last];
        }

        return false;
    }

    private static bool StandsAt(byte[] buffer, int index, int end, string text)
    {
        if (end - index < text.Length)
        {
            return false;
        }

        for (int at = 0; at < text.Length; at++)
        {
            if (buffer[index + at] != text[at])
            {
                return false;
            }
        }

        return true;
    }

    private bool AnyStandsAt(byte[] buffer, int index, int end)
    {
        foreach (string text in _texts)
        {
            if (StandsAt(buffer, index, end, text))
            {
                return true;
            }
        }

        return false;
    }
}
