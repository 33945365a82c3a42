using System.Text;

namespace GpuVSphere.Inventory;

/// <summary>Names as vSphere stores them: slash, backslash and percent are written as %2f, %5c and %25.</summary>
internal static class VimName
{
    /// <summary>The name as a person reads it.</summary>
    /// <param name="name">The name as the server sends it.</param>
    public static string Decode(string name)
    {
        if (name.IndexOf('%') < 0)
        {
            return name;
        }

        var text = new StringBuilder(name.Length);
        for (int i = 0; i < name.Length; i++)
        {
            string code = name[i] == '%' && i + 2 < name.Length ? name.Substring(i, 3) : string.Empty;
            char? decoded = code.ToUpperInvariant() switch
            {
                "%2F" => '/',
                "%5C" => '\\',
                "%25" => '%',
                _ => null,
            };
            text.Append(decoded ?? name[i]);
            i += decoded is null ? 0 : 2;
        }

        return text.ToString();
    }
}
