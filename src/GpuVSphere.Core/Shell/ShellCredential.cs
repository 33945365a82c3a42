using System;
using System.Runtime.InteropServices;
using System.Security;
using System.Text;

namespace GpuVSphere.Shell;

/// <summary>The user of a shell and, when one is needed, the password. The password is kept protected where the platform can, and is never in a text.</summary>
public sealed class ShellCredential : IDisposable
{
    private readonly SecureString _password;

    /// <summary>Makes a credential; the password is copied.</summary>
    /// <param name="userName">Such as <c>root</c>.</param>
    /// <param name="password">The password; empty to log in as this user with a key.</param>
    public ShellCredential(string userName, SecureString password)
    {
        UserName = userName;
        _password = password.Copy();
        _password.MakeReadOnly();
    }

    /// <summary>The user's name.</summary>
    public string UserName { get; }

    /// <summary>Whether there is a password; without one the user's keys are used.</summary>
    public bool HasPassword => _password.Length > 0;

    /// <summary>The user's name; never the password.</summary>
    public override string ToString() => UserName;

    /// <summary>Forgets the password.</summary>
    public void Dispose() => _password.Dispose();

    /// <summary>Lends the password as UTF-8 with a line feed behind it, for one use, and wipes it.</summary>
    internal void UseLine(Action<byte[]> use)
    {
        char[] clear = new char[_password.Length + 1];
        byte[] line = [];
        IntPtr memory = Marshal.SecureStringToGlobalAllocUnicode(_password);
        try
        {
            Marshal.Copy(memory, clear, 0, _password.Length);
            clear[_password.Length] = '\n';
            line = Encoding.UTF8.GetBytes(clear);
            use(line);
        }
        finally
        {
            Array.Clear(clear, 0, clear.Length);
            Array.Clear(line, 0, line.Length);
            Marshal.ZeroFreeGlobalAllocUnicode(memory);
        }
    }
}
