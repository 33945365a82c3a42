using System;

namespace GpuVSphere.Vim;

/// <summary>A file or folder on a datastore, as vSphere writes it: <c>[datastore] folder/file</c>.</summary>
/// <param name="Datastore">The datastore's name.</param>
/// <param name="Path">The path on it, with forward slashes; empty for the datastore itself.</param>
public sealed record DatastorePath(string Datastore, string Path)
{
    /// <summary>Reads a path.</summary>
    /// <param name="text">Such as <c>[gpu-ds] ml-01/vmware.log</c>.</param>
    /// <exception cref="GpuVSphereException">MalformedDatastorePath: the text is not one.</exception>
    public static DatastorePath Parse(string text)
    {
        string trimmed = text.Trim();
        int end = trimmed.IndexOf(']');
        if (trimmed.Length == 0 || trimmed[0] != '[' || end < 2)
        {
            throw new GpuVSphereException(
                "MalformedDatastorePath",
                GpuErrorCategory.InvalidArgument,
                $"'{text}' is not a path on a datastore.",
                text,
                "Write it as vSphere does: [datastore] folder/file.");
        }

        return new DatastorePath(trimmed.Substring(1, end - 1), trimmed.Substring(end + 1).Trim().TrimStart('/'));
    }

    /// <summary>The path of a file in this folder.</summary>
    /// <param name="name">The file's name, or a relative path.</param>
    public DatastorePath Combine(string name) =>
        this with { Path = Path.Length == 0 || Path.EndsWith("/", StringComparison.Ordinal) ? Path + name : Path + "/" + name };

    /// <summary>The path as vSphere writes it.</summary>
    public override string ToString() => Path.Length == 0 ? "[" + Datastore + "]" : "[" + Datastore + "] " + Path;
}
