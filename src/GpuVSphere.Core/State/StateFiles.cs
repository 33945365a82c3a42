using System;
using System.IO;
using System.Reflection;

namespace GpuVSphere.State;

/// <summary>Files that are whole at any moment, in folders that are their owner's.</summary>
internal static class StateFiles
{
    /// <summary>
    /// Makes a folder, and keeps others out where this runtime can: on Unix with .NET 7 or later mode 700; on Windows the user's data
    /// folder is private already. An existing folder keeps the access that somebody gave it.
    /// </summary>
    public static void MakePrivateFolder(string path)
    {
        if (Directory.Exists(path))
        {
            return;
        }

        string? parent = Path.GetDirectoryName(path);
        if (!string.IsNullOrEmpty(parent))
        {
            MakePrivateFolder(parent!);
        }

        Directory.CreateDirectory(path);

        // netstandard2.0 has no word for Unix modes, newer runtimes do: File.SetUnixFileMode(path, UserRead | UserWrite | UserExecute).
        if (Path.DirectorySeparatorChar == '/')
        {
            const int OwnerOnly = 0x1C0; // 0700
            foreach (MethodInfo method in typeof(File).GetMethods(BindingFlags.Public | BindingFlags.Static))
            {
                ParameterInfo[] parameters = method.GetParameters();
                if (method.Name == "SetUnixFileMode" && parameters[0].ParameterType == typeof(string))
                {
                    method.Invoke(null, [path, Enum.ToObject(parameters[1].ParameterType, OwnerOnly)]);
                    break;
                }
            }
        }
    }

    /// <summary>Writes a file so that a reader finds the old content or the new one, never a part, also when the machine stops midway.</summary>
    public static void WriteAtomically(string path, Action<Stream> write)
    {
        MakePrivateFolder(Path.GetDirectoryName(path)!);
        string temporary = path + "." + Guid.NewGuid().ToString("N") + ".tmp";
        try
        {
            using (FileStream stream = new(temporary, FileMode.CreateNew, FileAccess.Write, FileShare.None))
            {
                write(stream);
                stream.Flush(flushToDisk: true);
            }

            if (File.Exists(path))
            {
                File.Replace(temporary, path, null, ignoreMetadataErrors: true);
            }
            else
            {
                File.Move(temporary, path);
            }
        }
        catch
        {
            TryDelete(temporary);
            throw;
        }
    }

    /// <summary>
    /// Takes a file for this process alone, or gives null when another holds it. The system lets go when the process ends, however it
    /// ends, so a lock never outlives its holder. On a network share this is as good as the share's locking.
    /// </summary>
    public static FileStream? TryLock(string path)
    {
        MakePrivateFolder(Path.GetDirectoryName(path)!);
        try
        {
            return new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None, 1);
        }
        catch (IOException) when (File.Exists(path))
        {
            return null;
        }
    }

    public static void TryDelete(string path)
    {
        try
        {
            File.Delete(path);
        }
        catch (IOException)
        {
            // In use, or gone: a leftover file harms nobody.
        }
        catch (UnauthorizedAccessException)
        {
            // The same.
        }
    }
}
