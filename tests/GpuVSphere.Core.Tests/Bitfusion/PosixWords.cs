using System;
using System.Collections.Generic;
using System.Text;

namespace GpuVSphere.Core.Tests.Bitfusion;

/// <summary>Takes a command line apart by the rules of a POSIX shell, and fails at whatever that shell would read as more than words.</summary>
internal static class PosixWords
{
    public static string[] Of(string line)
    {
        List<string> words = [];
        StringBuilder? word = null;
        for (int i = 0; i < line.Length; i++)
        {
            char c = line[i];
            if (c == ' ')
            {
                End();
            }
            else if (c == '\'')
            {
                int end = line.IndexOf('\'', i + 1);
                Assert.True(end > 0, "A quote is not closed: " + line);
                word = (word ?? new StringBuilder()).Append(line, i + 1, end - i - 1);
                i = end;
            }
            else if (c == '\\')
            {
                word = (word ?? new StringBuilder()).Append(line[++i]);
            }
            else
            {
                Assert.False("$`\"|&;<>()*?[]#~={}!\n\t".Contains(c, StringComparison.Ordinal), $"The shell reads '{c}' as its own: {line}");
                word = (word ?? new StringBuilder()).Append(c);
            }
        }

        End();
        return [.. words];

        void End()
        {
            if (word is not null)
            {
                words.Add(word.ToString());
            }

            word = null;
        }
    }
}
