using System;
using System.Text;

namespace GpuVSphere.Shell;

/// <summary>Gives the whole lines of a text that grows.</summary>
internal sealed class GuestLines(Action<string>? take)
{
    private readonly object _gate = new();
    private readonly StringBuilder _rest = new();

    /// <summary>More text.</summary>
    public void Add(string text)
    {
        if (take is null)
        {
            return;
        }

        lock (_gate)
        {
            foreach (char c in text)
            {
                if (c == '\n')
                {
                    take(_rest.ToString().TrimEnd('\r'));
                    _rest.Clear();
                }
                else
                {
                    _rest.Append(c);
                }
            }
        }
    }

    /// <summary>The text is complete: what is left is a line, too.</summary>
    public void End()
    {
        lock (_gate)
        {
            if (_rest.Length > 0)
            {
                take?.Invoke(_rest.ToString());
                _rest.Clear();
            }
        }
    }
}
