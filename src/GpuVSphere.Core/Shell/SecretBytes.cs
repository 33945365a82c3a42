using System;
using System.Runtime.InteropServices;
using System.Security;
using System.Text;
using GpuVSphere.Vim;

namespace GpuVSphere.Shell;

/// <summary>Secrets as the UTF-8 bytes of a standard input; whoever gets them wipes them.</summary>
internal static class SecretBytes
{
    /// <summary>A secret.</summary>
    public static byte[] Of(SecureString secret)
    {
        char[] clear = new char[secret.Length];
        IntPtr memory = Marshal.SecureStringToGlobalAllocUnicode(secret);
        try
        {
            Marshal.Copy(memory, clear, 0, clear.Length);
            return Encoding.UTF8.GetBytes(clear);
        }
        finally
        {
            Array.Clear(clear, 0, clear.Length);
            Marshal.ZeroFreeGlobalAllocUnicode(memory);
        }
    }

    /// <summary>The password of a login, as a line.</summary>
    public static byte[] LineOf(VimCredential login)
    {
        byte[] line = [];
        login.Use(password =>
        {
            char[] all = new char[password.Length + 1];
            Array.Copy(password, all, password.Length);
            all[password.Length] = '\n';
            line = Encoding.UTF8.GetBytes(all);
            Array.Clear(all, 0, all.Length);
        });
        return line;
    }
}
