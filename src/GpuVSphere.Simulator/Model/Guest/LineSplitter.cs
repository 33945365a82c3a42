using System;
using System.Text;

namespace GpuVSphere.Simulator.Model.Guest;

/// <summary>Makes whole lines of text that comes in pieces.</summary>
internal sealed class LineSplitter(Action<string>? take)
{
    private readonly StringBuilder _rest = new();

    public void Take(string text)
    {
        if (take is null)
        {
            return;
        }

        lock (_rest)
        {
            foreach (char c in text)
            {
                if (c == '\n')
                {
                    take(_rest.ToString());
                    _rest.Clear();
                }
                else
                {
                    _rest.Append(c);
                }
            }
        }
    }

    public void End()
    {
        lock (_rest)
        {
            if (_rest.Length > 0)
            {
                take?.Invoke(_rest.ToString());
                _rest.Clear();
            }
        }
    }
}
