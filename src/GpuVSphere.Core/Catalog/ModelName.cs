using System;
using System.Collections.Generic;
using System.Globalization;
using System.Linq;
using System.Text;

namespace GpuVSphere.Catalog;

/// <summary>
/// A name of a GPU as the words it is made of, so that <c>A100 80GB</c>, <c>a100-80</c> and <c>NVIDIA A100-SXM4-80GB</c> are understood.
/// Names serve what a person types; a device is never told by its name.
/// </summary>
internal sealed class ModelName
{
    // Words that tell nothing of the model.
    private static readonly string[] s_noise = ["nvidia", "tesla", "gpu", "generation", "hgx", "tensor", "core"];

    private readonly HashSet<string> _words;

    private ModelName(HashSet<string> words) => _words = words;

    internal bool IsEmpty => _words.Count == 0;

    internal static ModelName Parse(string text) => new(Words(text));

    internal static ModelName Of(GpuModel model)
    {
        HashSet<string> words = Words(model.Name);
        words.UnionWith(Words(model.Form));
        words.UnionWith(Words(model.Architecture));
        words.Add(model.MemoryGB.ToString(CultureInfo.InvariantCulture) + "gb");
        return new ModelName(words);
    }

    /// <summary>Whether every word of this name is one of the other's; a bare number also stands for that many GB.</summary>
    internal bool IsPartOf(ModelName other) => _words.All(word => other._words.Contains(word) || other._words.Contains(word + "gb"));

    internal bool IsSameAs(ModelName other) => _words.SetEquals(other._words);

    /// <summary>How far apart two names are: the letters to change in each word of this one to reach the nearest word of the other.</summary>
    internal int DistanceTo(ModelName other) => _words.Sum(word => other._words.Min(candidate => EditDistance.Between(word, candidate)));

    private static HashSet<string> Words(string text)
    {
        var words = new List<string>();
        var word = new StringBuilder();
        foreach (char character in text + " ")
        {
            if (char.IsLetterOrDigit(character))
            {
                word.Append(char.ToLowerInvariant(character));
            }
            else if (word.Length > 0)
            {
                words.Add(word.ToString());
                word.Clear();
            }
        }

        // "80 GB" is one word, as "80GB" is.
        for (int index = words.Count - 1; index > 0; index--)
        {
            if (words[index] is "gb" or "g" or "gib" && words[index - 1].All(char.IsDigit))
            {
                words[index - 1] += "gb";
                words.RemoveAt(index);
            }
        }

        return new HashSet<string>(words.Select(Memory).Where(candidate => !s_noise.Contains(candidate)), StringComparer.Ordinal);
    }

    /// <summary>80g and 80gib are 80gb.</summary>
    private static string Memory(string word)
    {
        string number = word.EndsWith("gib", StringComparison.Ordinal) ? word.Substring(0, word.Length - 3)
            : word.EndsWith("g", StringComparison.Ordinal) ? word.Substring(0, word.Length - 1)
            : string.Empty;
        return number.Length > 0 && number.All(char.IsDigit) ? number + "gb" : word;
    }
}
